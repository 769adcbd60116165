// Gitea with SQLite in pure Go. Upstream's main of this release has SQLite by way of cgo, or not at all; its next one
// takes the driver that is used here: https://github.com/go-gitea/gitea/pull/37562
package main

import (
	"database/sql"
	"database/sql/driver"
	"os"
	"regexp"
	"runtime"
	"time"

	"code.gitea.io/gitea/cmd"
	"code.gitea.io/gitea/modules/log"
	_ "code.gitea.io/gitea/modules/markup/markdown"
	"code.gitea.io/gitea/modules/setting"
	"github.com/urfave/cli/v3"
	"modernc.org/sqlite"
)

// Set by the linker.
var version = "development"

// What Gitea asks of the driver that goes by cgo, and this one is asked for in another way.
// https://pkg.go.dev/modernc.org/sqlite#Driver.Open
var settings = regexp.MustCompile(`([?&])_(busy_timeout|journal_mode)=(\w+)`)

// A cache that connections share makes them fail where those with one of their own wait: https://sqlite.org/sharedcache.html
var sharedCache = regexp.MustCompile(`\bcache=shared&`)

type sqliteDriver struct{ sqlite.Driver }

func (d *sqliteDriver) Open(name string) (driver.Conn, error) {
	name = sharedCache.ReplaceAllString(name, "")
	return d.Driver.Open(settings.ReplaceAllString(name, "${1}_pragma=${2}(${3})"))
}

func main() {
	// The name by which Gitea's object mapper knows SQLite.
	sql.Register("sqlite3", &sqliteDriver{})
	setting.EnableSQLite3 = true
	setting.SupportedDatabaseTypes = append(setting.SupportedDatabaseTypes, "sqlite3")

	builtWith := " built with " + runtime.Version()
	setting.AppVer = version
	setting.AppBuiltWith = builtWith
	setting.AppStartTime = time.Now().UTC()
	cli.OsExiter = func(code int) {
		log.GetManager().Close()
		os.Exit(code)
	}
	app := cmd.NewMainApp(cmd.AppVersion{Version: version, Extra: builtWith})
	err := cmd.RunMainApp(app, os.Args...)
	// Queued lines of the log are lost without it.
	log.GetManager().Close()
	if err != nil {
		os.Exit(1)
	}
}
