"""Where everything is wired together: the web application and the command line."""
