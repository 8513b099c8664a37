package cli

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/internal/checks"
)

// The parts of SARIF 2.1.0 (OASIS) that code scanning services read.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string    `json:"id"`
		Name             string    `json:"name,omitempty"`
		ShortDescription sarifText `json:"shortDescription"`
		HelpURI          string    `json:"helpUri,omitempty"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
	}
	sarifLocation struct {
		PhysicalLocation sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		ArtifactLocation sarifArtifact `json:"artifactLocation"`
		Region           *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
)

// sarif returns the findings as a SARIF log.
func sarif(findings []dewar.Finding) sarifLog {
	rules := map[string]sarifRule{}
	for _, r := range checks.Rules {
		rules[r.Number] = sarifRule{r.Number, r.ID, sarifText{r.What}, r.Page()}
	}
	for _, f := range findings {
		if id := cmp.Or(f.Number, f.ID); rules[id].ID == "" {
			rules[id] = sarifRule{id, f.ID, sarifText{f.Message}, f.Page}
		}
	}
	ids := slices.Sorted(maps.Keys(rules))
	run := sarifRun{
		Tool:    sarifTool{sarifDriver{Name: "dewar check", InformationURI: "https://github.com/dewar-go/dewar"}},
		Results: []sarifResult{},
	}
	for _, id := range ids {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, rules[id])
	}
	for _, f := range findings {
		message := f.Subject + ": " + f.Message
		if f.Remedy != "" {
			message += " (" + f.Remedy + ")"
		}
		id := cmp.Or(f.Number, f.ID)
		r := sarifResult{RuleID: id, RuleIndex: slices.Index(ids, id), Level: f.Severity.String(), Message: sarifText{message}}
		if f.Source != "" {
			r.Locations = []sarifLocation{{place(f.Source)}}
		}
		run.Results = append(run.Results, r)
	}
	return sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}}
}

// place parses file:line or file:line:column.
func place(source string) sarifPhysical {
	file, numbers := source, []int{}
	for len(numbers) < 2 {
		i := strings.LastIndexByte(file, ':')
		if i < 0 {
			break
		}
		n, err := strconv.Atoi(file[i+1:])
		if err != nil || n < 1 {
			break
		}
		file, numbers = file[:i], append([]int{n}, numbers...)
	}
	p := sarifPhysical{ArtifactLocation: sarifArtifact{cmp.Or(file, source)}}
	if len(numbers) > 0 {
		p.Region = &sarifRegion{StartLine: numbers[0]}
		if len(numbers) > 1 {
			p.Region.StartColumn = numbers[1]
		}
	}
	return p
}
