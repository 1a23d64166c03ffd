"""The pages, in the order of the work; each has one function, `page`."""
