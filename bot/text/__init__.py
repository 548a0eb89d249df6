"""The only place with sentences.

The one convention: a sentence is a ``Message("dotted.id", "English with %(name)s")`` and is said by a ``Voice``, which
knows the reader's languages. Modules named in ``bot.text.extract.HIRE_SOURCES`` speak to hires and managers (domain
``hire``); all others speak to consultants and at the command line (domain ``staff``).
"""
