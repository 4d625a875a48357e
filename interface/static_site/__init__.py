"""The page that needs no server: `build.write` makes its folder."""
