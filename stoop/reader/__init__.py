"""Opens what the vault sealed: age files, clips, journals, thumbnails. The camera never imports it."""
