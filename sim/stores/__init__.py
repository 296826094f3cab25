"""Where keys live: fakeredis for looking, memory for counting; and snapshots of them by persistence policy."""
