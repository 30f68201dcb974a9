"""Pictures and papers, set by Typst."""
