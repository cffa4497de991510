"""What a worker's handset asks of the server by HTTP: who am I, my day, my orders, my visits."""
