package testengines

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

const (
	elasticsearchVersion = "8.19.16"
	mavenCopy            = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
)

// distribution returns the path of Elasticsearch's archive, which Maven downloads where nobody did before. It is kept outside the
// repository: its licence allows running it, not handing it on.
func distribution(ctx context.Context) (string, error) {
	caches, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the folder of caches: %w", err)
	}
	cache := filepath.Join(caches, "fleetbeat-engines")
	archive := filepath.Join(cache, "elasticsearch-"+elasticsearchVersion+".zip")
	if whole(archive) {
		return archive, nil
	}
	maven, err := exec.LookPath("mvn")
	if err != nil {
		return "", errors.New("there is no Maven (mvn) to download it: `make deps` installs Debian's package maven")
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	// Downloaded beside its place: half an archive, or two that are written at once, would be taken for it.
	beside, err := os.MkdirTemp(cache, "download-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(beside) }()
	artifact := "org.elasticsearch.distribution.integ-test-zip:elasticsearch:" + elasticsearchVersion + ":zip"
	download := exec.CommandContext(ctx, maven, "-q", "-B", mavenCopy, "-Dartifact="+artifact, "-DoutputDirectory="+beside)
	download.Dir = beside
	if out, err := download.CombinedOutput(); err != nil {
		return "", fmt.Errorf("download Elasticsearch %s from Maven Central: %w: %s", elasticsearchVersion, err, out)
	}
	return archive, os.Rename(filepath.Join(beside, filepath.Base(archive)), archive)
}

// whole reports whether a file is an archive to its end, where its table of contents is.
func whole(archive string) bool {
	opened, err := zip.OpenReader(archive)
	return err == nil && opened.Close() == nil
}

// unpack puts what is in the one folder of an archive into a new folder, which is there whole or not at all.
func unpack(archive, folder string) error {
	beside := folder + ".new"
	if err := os.RemoveAll(beside); err != nil {
		return err
	}
	opened, err := zip.OpenReader(archive)
	if err != nil {
		return fmt.Errorf("open %s: %w", archive, err)
	}
	defer func() { _ = opened.Close() }() // only read
	for _, file := range opened.File {
		_, name, _ := strings.Cut(file.Name, "/")
		if strings.HasSuffix(file.Name, "/") || name == "" {
			continue
		}
		if !filepath.IsLocal(name) {
			return fmt.Errorf("unpack %s: it holds %q, which is outside its folder", archive, file.Name)
		}
		if err := unpackFile(file, filepath.Join(beside, name)); err != nil {
			return fmt.Errorf("unpack %q of %s: %w", file.Name, archive, err)
		}
	}
	return os.Rename(beside, folder)
}

func unpackFile(file *zip.File, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	from, err := file.Open()
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, file.Mode().Perm()|0o644)
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, from); err != nil {
		return errors.Join(err, to.Close())
	}
	return to.Close()
}

// java17 returns the folder of a Java 17, which Elasticsearch 8 is tested with.
func java17() (string, error) {
	found, _ := filepath.Glob("/usr/lib/jvm/*17*/bin/java") // the pattern is well-formed
	for _, home := range []string{os.Getenv("ES_JAVA_HOME"), os.Getenv("JAVA_HOME")} {
		if home != "" {
			found = append(found, filepath.Join(home, "bin", "java"))
		}
	}
	if path, err := exec.LookPath("java"); err == nil {
		found = append(found, path)
	}
	for _, java := range found {
		real, err := filepath.EvalSymlinks(java)
		if err != nil {
			continue
		}
		home := filepath.Dir(filepath.Dir(real))
		release, err := os.ReadFile(filepath.Join(home, "release"))
		if err == nil && regexp.MustCompile(`(?m)^JAVA_VERSION="17[."]`).Match(release) {
			return home, nil
		}
	}
	return "", errors.New("there is no Java 17 for Elasticsearch: `make deps` installs Debian's package openjdk-17-jre-headless")
}
