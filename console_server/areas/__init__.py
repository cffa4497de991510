"""The tree district / subdistrict / community / grid, its borders, and who may see what of it."""
