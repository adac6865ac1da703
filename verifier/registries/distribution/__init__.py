"""The distribution specification, which every registry of images speaks: what is asked, and what answers say."""
