package sign

// CopyExclusive is how a key file is made where there are no links.
var CopyExclusive = copyExclusive
