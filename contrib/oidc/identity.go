package oidc

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/oauth2"
)

// maxToken bounds an ID token, in bytes.
const maxToken = 64 << 10

// An Identity is who a provider says has signed in. Issuer and Subject name them for good; everything else may change, and
// may be of somebody else tomorrow.
type Identity struct {
	// Provider is Provider.Name.
	Provider string
	// Issuer and Subject are the claims iss and sub.
	Issuer, Subject string
	// Email is the claim email when email_verified is the JSON value true, otherwise "".
	Email string
	// UnverifiedEmail is the claim email otherwise: what somebody typed in at the provider.
	UnverifiedEmail string
	// Name is the claim name.
	Name string
	// Claims are all claims of the ID token and, with Provider.UserInfo, those of the userinfo endpoint that are not in it.
	Claims map[string]json.RawMessage

	methodsMFA bool
	authTime   time.Time
}

// Claim decodes one claim, such as "groups". It fails for one that is not there.
func (id Identity) Claim(name string, into any) error {
	raw, ok := id.Claims[name]
	if !ok {
		return fmt.Errorf("oidc: the identity has no claim %q", name)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("oidc: the claim %q: %w", name, err)
	}
	return nil
}

// key is the ID of the identity's credential.
func (id Identity) key() string { return digest("identity", id.Issuer, id.Subject) }

// data is what its credential keeps.
func (id Identity) data() []byte {
	email := id.Email
	if email == "" {
		email = id.UnverifiedEmail
	}
	data, _ := json.Marshal(kept{Issuer: id.Issuer, Subject: id.Subject, Email: email}) // strings always encode
	return data
}

// kept is the Data of a login.Credential.
type kept struct {
	Issuer  string `json:"iss"`
	Subject string `json:"sub"`
	Email   string `json:"email,omitempty"`
}

func (id Identity) methods() []string {
	if id.methodsMFA {
		return []string{"oidc", "mfa"}
	}
	return []string{"oidc"}
}

// stale reports whether the provider says that the user proved who they are too long ago.
func (id Identity) stale() bool { return !id.authTime.IsZero() && time.Since(id.authTime) > freshFor }

// identify verifies the tokens of a sign-in. go-oidc looks at signature, issuer, audience and times.
func (p *provider) identify(ctx context.Context, d *discovered, token *oauth2.Token, a attempt) (Identity, error) {
	raw, _ := token.Extra("id_token").(string)
	if raw == "" || len(raw) > maxToken {
		return Identity{}, fmt.Errorf("an ID token of %d bytes", len(raw))
	}
	verified, err := d.verifier.Verify(ctx, raw)
	if err != nil {
		return Identity{}, err
	}
	id := Identity{Provider: p.Name, Issuer: p.Issuer, Subject: verified.Subject}
	if err := verified.Claims(&id.Claims); err != nil {
		return id, err
	}
	azp := id.text("azp")
	_, hasAzp := id.Claims["azp"]
	switch {
	case subtle.ConstantTimeCompare([]byte(verified.Nonce), []byte(a.Nonce)) != 1:
		return id, errors.New("the nonce of the ID token is not that of the sign-in")
	case (hasAzp || len(verified.Audience) > 1) && azp != p.ClientID:
		return id, fmt.Errorf("the ID token is for %q and was made for %q", verified.Audience, azp)
	case id.Subject == "" || len(id.Subject) > 255 || !printable(id.Subject):
		return id, fmt.Errorf("the ID token's subject has %d bytes, or some that are not text", len(id.Subject))
	case time.Until(verified.IssuedAt) > 5*time.Minute:
		return id, fmt.Errorf("the ID token is issued at %v", verified.IssuedAt)
	}
	if verified.AccessTokenHash != "" {
		if err := verified.VerifyAccessToken(token.AccessToken); err != nil {
			return id, err
		}
	}
	if p.UserInfo {
		if err := p.ask(ctx, d, token, &id); err != nil {
			return id, err
		}
	}
	id.read(p.TrustMFA)
	return id, nil
}

// ask adds what the userinfo endpoint knows.
func (p *provider) ask(ctx context.Context, d *discovered, token *oauth2.Token, id *Identity) error {
	info, err := d.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return err
	}
	if info.Subject != id.Subject {
		return errors.New("the userinfo endpoint answers for another subject")
	}
	var claims map[string]json.RawMessage
	if err := info.Claims(&claims); err != nil {
		return err
	}
	// An address and whether it is verified belong together.
	if _, ok := id.Claims["email"]; ok {
		delete(claims, "email_verified")
	} else {
		delete(id.Claims, "email_verified")
	}
	for name, value := range claims {
		if _, ok := id.Claims[name]; !ok {
			id.Claims[name] = value
		}
	}
	return nil
}

// read fills in the fields that have claims.
func (id *Identity) read(trustMFA bool) {
	if email := id.text("email"); len(email) <= 254 && printable(email) {
		var is bool
		if verified := id.Claims["email_verified"]; json.Unmarshal(verified, &is) == nil && is {
			id.Email = email
		} else {
			id.UnverifiedEmail = email
		}
	}
	if name := id.text("name"); printable(name) {
		id.Name = strings.ToValidUTF8(name[:min(len(name), 255)], "")
	}
	var seconds int64
	if json.Unmarshal(id.Claims["auth_time"], &seconds) == nil && seconds > 0 {
		id.authTime = time.Unix(seconds, 0)
	}
	var amr []string
	id.methodsMFA = trustMFA && json.Unmarshal(id.Claims["amr"], &amr) == nil && slices.Contains(amr, "mfa")
}

// text is a claim that is a string, otherwise "".
func (id *Identity) text(name string) (text string) {
	if json.Unmarshal(id.Claims[name], &text) != nil {
		return ""
	}
	return text
}

func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}
