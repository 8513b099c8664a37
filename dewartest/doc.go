// Package dewartest tests an application without a network: a [Client] sends
// requests straight to the app's handler, keeps cookies as a browser does and
// can read and change the session.
//
//	func TestLogin(t *testing.T) {
//		client := dewartest.New(t, newApp())
//		resp := client.PostForm("/auth/login", url.Values{"username": {"ada"}, "password": {"…"}})
//		if resp.Status != 303 || resp.Location() != "/" {
//			t.Fatalf("got %d to %q:\n%s", resp.Status, resp.Location(), resp.Text)
//		}
//	}
//
// # What it stands for
//
// The client is a browser on the app's own pages: requests come from 127.0.0.1
// for http://localhost, and unsafe ones carry Sec-Fetch-Site: same-origin, so
// that the CSRF protection lets them pass. Set [Client.SecFetchSite] to
// something else to be another site, or to "" to be a client that sends no such
// header. The app counts as listening on a loopback address; when it has no
// secret key it gets a random one that is not kept.
//
// Cookies go back to the host or domain and the path that they were set for,
// until they expire; the clock is the one of time.Now, which testing/synctest
// moves. Secure cookies go to https:// targets and, as in browsers, to
// localhost. What browsers refuse is not kept, such as a __Host- cookie without
// Secure. SameSite is not looked at: [Client.SecFetchSite] says where a request
// comes from.
package dewartest
