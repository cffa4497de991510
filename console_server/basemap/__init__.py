"""What the console draws below the grids when no tile server is configured."""
