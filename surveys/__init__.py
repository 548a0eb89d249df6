"""What we ask: surveys as data, the conversation over them, and the reading of replies.

The one convention: nothing here reads a clock, a database, a catalog or a network. Sentences appear only as
:class:`surveys.model.Message` (an id and the English source); the shell turns them into the reader's languages.
"""
