"""What an article, a category, a subscription and a delivery is, and every decision about them. Pure."""
