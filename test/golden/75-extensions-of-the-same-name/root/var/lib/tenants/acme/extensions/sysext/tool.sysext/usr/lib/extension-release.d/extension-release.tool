ID=_any
