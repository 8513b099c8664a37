package totp_test

import (
	"fmt"
	"time"

	"github.com/dewar-go/dewar/totp"
)

func Example() {
	secret, err := totp.ParseSecret("gezd gnbv gy3t qojq gezd gnbv gy3t qojq")
	if err != nil {
		fmt.Println(err)
		return
	}
	key := totp.Key{Secret: secret}
	now := time.Unix(1_111_111_109, 0)

	lastStep := int64(0) // of the user's row
	step, ok := key.Verify("081 804", now, lastStep)
	fmt.Println(step, ok)

	// UPDATE … SET last_step = step WHERE user_id = … AND last_step < step
	_, ok = key.Verify("081 804", now, step)
	fmt.Println(ok)
	// Output:
	// 37037036 true
	// false
}

func ExampleKey_URI() {
	secret, err := totp.ParseSecret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(totp.Key{Secret: secret}.URI("Shop", "ann@example.org"))
	// Output:
	// otpauth://totp/Shop:ann%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Shop
}
