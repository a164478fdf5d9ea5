"""What the site needs beyond its theme: embeds, lessons, downloads."""
