"""The stages of an observatory in their order, and single steps by hand."""
