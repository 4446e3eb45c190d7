"""Notifications of what was published: WebSub hubs of changed feeds, people of new papers, programs of events."""
