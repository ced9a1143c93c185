// What cuelang.org/go/internal/robustio lacks for GOOS=wasip1, which it has for every other. The
// build adds it to that package: the loader of modules links it, and it is never called here,
// where there are no files.
package robustio

import (
	"errors"
	"time"
)

func getFileID(string) (FileID, time.Time, error) {
	return FileID{}, time.Time{}, errors.ErrUnsupported
}
