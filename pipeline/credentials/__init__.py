"""C2PA manifests as plain data; the only modules that import `c2pa`."""
