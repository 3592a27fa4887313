"""One use case a module: a service calls the doors in order, and leaves every decision to the domain."""
