"""The reader inside the page: the reading path in JavaScript, and the routes that bring its networks and runtime."""
