"""The course as a site that runs in a browser tab: how `make lite` builds it, and a server to try it with."""
