"""feedbot watches article sources, makes feeds of them and sends new articles to Telegram chats."""

__version__ = "0.1.0"
