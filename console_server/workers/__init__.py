"""People in the field: who they are, which grids are theirs."""
