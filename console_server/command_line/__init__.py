"""What the commands of `gridbeat` do, a module for each group of them; `cli.py` names them."""
