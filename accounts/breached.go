package accounts

import (
	"bufio"
	"context"
	"crypto/sha1" //nolint:gosec // the protocol's hash
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// A RangeService asks a service of stolen passwords that has the protocol of Have I Been Pwned: it is told the first five
// of the forty digits of the password's SHA-1 and returns all that begin so, so that it learns next to nothing
// (k-anonymity).
type RangeService struct {
	// URL is what the five digits are put behind, such as "https://api.pwnedpasswords.com/range/". It is required.
	URL string
	// Client asks, such as one of package outbound. Default: http.DefaultClient.
	Client *http.Client
}

// maxRange is how much of an answer is read, in bytes: some 800 lines are usual.
const maxRange = 1 << 20

// Breached reports whether the service knows a password.
func (s RangeService) Breached(ctx context.Context, password string) (bool, error) {
	sum := sha1.Sum([]byte(password)) //nolint:gosec // the protocol's hash
	digits := strings.ToUpper(hex.EncodeToString(sum[:]))
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+digits[:5], nil)
	if err != nil {
		return false, fmt.Errorf("accounts: RangeService: %w", err)
	}
	r.Header.Set("Add-Padding", "true") // so that the size of the answer tells nothing
	client := s.Client
	if client == nil {
		client = http.DefaultClient
	}
	answer, err := client.Do(r)
	if err != nil {
		return false, fmt.Errorf("accounts: RangeService: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return false, fmt.Errorf("accounts: RangeService: the answer is %s", answer.Status)
	}
	lines := bufio.NewScanner(io.LimitReader(answer.Body, maxRange))
	for lines.Scan() {
		suffix, count, _ := strings.Cut(strings.TrimSpace(lines.Text()), ":")
		if strings.EqualFold(suffix, digits[5:]) && count != "0" { // a count of 0 is padding
			return true, nil
		}
	}
	if err := lines.Err(); err != nil {
		return false, fmt.Errorf("accounts: RangeService: %w", err)
	}
	return false, nil
}
