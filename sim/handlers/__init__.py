"""What jobs do to the application: orders, payments and emails on a real embedded database."""
