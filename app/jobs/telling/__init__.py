"""What is told, to whom and in which order: at GitHub, by routes out of band, and to who subscribed."""
