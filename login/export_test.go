package login

// The parsers, for their fuzz targets.
var (
	ParseRemember = parseRemember
	ParseKey      = parseKey
)
