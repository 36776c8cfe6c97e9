//! ORCID on this machine, from a synthetic world or from archives: for trying `orcidlake
//! refresh` and portals, and for tests that kill it.
//!
//! ```sh
//! cargo run -p orcid-mock -- --records 500 --dump /tmp/dump --evolve 0.1 --port 8080
//! ```
//!
//! Prints one line of JSON when it is ready, and what it was asked when it ends by
//! SIGTERM or Ctrl-C. While it runs, `/_counts`, `/_reset-quota`, `/_expire-token`
//! and `/_evolve?seed=1&share=0.1` do what they say; README.md lists those for portals.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Parser;
use orcid_mock::{
    Account, CLIENT_ID, CLIENT_SECRET, Fault, Limits, LocalOrcid, MEMBER_ID, MEMBER_SECRET, RedirectMatch,
    Switches, When, World,
};
use serde_json::{Value, json};
use signal_hook::consts::{SIGINT, SIGTERM};

/// How long a signal may wait.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Plays ORCID on 127.0.0.1.
#[derive(Parser)]
struct Args {
    /// Archives of summaries and activities; a synthetic world without any.
    archives: Vec<PathBuf>,
    /// People of the synthetic world.
    #[arg(long, default_value_t = 100)]
    records: u64,
    /// Seed of the synthetic world, of what changes in it, and of faults.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Port; any that is free if 0.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Write the world as a dump into this folder before anything changes.
    #[arg(long)]
    dump: Option<PathBuf>,
    /// Which activities archives to write, such as 0X.
    #[arg(long, default_value = "0123456789X")]
    endings: String,
    /// Then change about this share of all records.
    #[arg(long)]
    evolve: Option<f64>,
    /// Write the changed world as a dump into this folder.
    #[arg(long)]
    dump_evolved: Option<PathBuf>,
    /// Requests a second; 0 is without limit.
    #[arg(long, default_value_t = 12.0)]
    rate: f64,
    /// Requests at once before the rate counts.
    #[arg(long, default_value_t = 40.0)]
    burst: f64,
    /// Requests a day, of a client and without one; 0 is without limit.
    #[arg(long, default_value_t = 25_000)]
    quota: u64,
    /// The share of requests that go wrong, in every way but the endless one.
    #[arg(long, default_value_t = 0.0)]
    faults: f64,
    /// Answer so many milliseconds late.
    #[arg(long, default_value_t = 0)]
    late_ms: u64,
    /// Call the webhooks that are due every so many seconds; 0 is never.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    webhooks_every: u64,
    /// Take any identifier of an organization from members, not only those of the records.
    #[arg(long)]
    any_organization: bool,
    /// An address to which the member's client may send people back; any of this machine if
    /// none is given. Can be repeated.
    #[arg(long, value_name = "URL")]
    redirect_uri: Vec<String>,
    /// Sets what is not known of ORCID, such as amr=array; can be repeated. /_switches lists all.
    #[arg(long, value_name = "NAME=VALUE")]
    switch: Vec<String>,
}

fn main() -> io::Result<()> {
    let args = Args::parse();
    let mut world = match args.archives.as_slice() {
        [] => {
            let mut world = World::from_synth(args.records, args.seed);
            Account::made_up().iter().for_each(|account| account.enter(&mut world));
            world
        }
        archives => World::from_archives(archives.iter().map(PathBuf::as_path)),
    };
    write_dump(&world, args.dump.as_deref(), &args.endings)?;
    let changes = args.evolve.map(|share| world.evolve(args.seed, share)).unwrap_or_default();
    write_dump(&world, args.dump_evolved.as_deref(), &args.endings)?;
    // Before the line that says "ready", so that no signal is missed after it.
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, stop.clone())?;
    }
    let people = world.people().count();
    let server = LocalOrcid::start_at(world, limits(&args), args.port)?;
    play_faults(&server, &args);
    prepare_portals(&server, &args)?;
    say(&json!({
        "api_url": server.api_url(), "token_url": server.token_url(), "people": people, "changes": changes.len(),
        "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
        "issuer": server.base_url(), "member_client_id": MEMBER_ID, "member_client_secret": MEMBER_SECRET,
    }))?;
    explain(&server);
    server.member(|api| api.switches.knows_all_organizations = args.any_organization);
    let every = Duration::from_secs(args.webhooks_every);
    let _timer = (args.webhooks_every > 0).then(|| server.run_webhooks_every(every));
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(LOOK_AGAIN);
    }
    say(&server.log().counts())
}

fn limits(args: &Args) -> Limits {
    let quota = (args.quota > 0).then_some(args.quota);
    Limits {
        per_second: (args.rate > 0.0).then_some(args.rate),
        burst: args.burst,
        anonymous_quota: quota,
        client_quota: quota,
    }
}

fn play_faults(server: &LocalOrcid, args: &Args) {
    let faults: Vec<Fault> = Fault::all().into_iter().filter(|fault| *fault != Fault::Endless).collect();
    for (place, fault) in faults.iter().enumerate() {
        let share = args.faults / faults.len() as f64;
        server.fail(When::Share { share, seed: args.seed + place as u64 }, fault.clone());
    }
    if args.late_ms > 0 {
        server.fail(When::Always, Fault::Late(Duration::from_millis(args.late_ms)));
    }
}

/// A member's client, people to sign in as, and the switches.
fn prepare_portals(server: &LocalOrcid, args: &Args) -> io::Result<()> {
    if args.archives.is_empty() {
        Account::made_up().into_iter().for_each(|account| server.add_person(account));
    }
    let mut switches = Switches::default();
    if args.redirect_uri.is_empty() {
        switches.redirect_match = RedirectMatch::ThisMachine;
    }
    for switch in &args.switch {
        let set = switch.split_once('=').ok_or_else(|| format!("{switch} is not NAME=VALUE"));
        set.and_then(|(name, value)| switches.set(name, value)).map_err(io::Error::other)?;
    }
    server.oauth(|oauth| {
        oauth.switches = switches;
        let client = oauth.grants.clients.get_mut(MEMBER_ID).expect("each server has it from the start");
        client.redirect_uris.clone_from(&args.redirect_uri);
    });
    Ok(())
}

/// Tells a person what to do next; programs read the line on standard output.
fn explain(server: &LocalOrcid) {
    let issuer = server.base_url();
    let common = format!(
        "--state connect-state --key-file connect-keys --issuer {issuer} \\\n      \
         --public-url http://127.0.0.1:8080 --institution 'Example University'"
    );
    eprintln!(
        "A local ORCID listens on {issuer}. Stop it with Ctrl-C.\n\
         The client of a member: {MEMBER_ID}\n\
         Its secret:             {MEMBER_SECRET}\n\
         A portal against it, and a link for one person:\n\
         \n  printf %s {MEMBER_SECRET} > client-secret\
         \n  orcidlake connect serve --client-id {MEMBER_ID} --client-secret-file client-secret \\\n      {common}\
         \n  printf 'id,name\\n1,Sofia Garcia\\n' > staff.csv\
         \n  orcidlake connect invite staff.csv \\\n      {common}\n\n\
         What people have granted, and taking it back: {issuer}/trusted-parties"
    );
}

fn write_dump(world: &World, folder: Option<&Path>, endings: &str) -> io::Result<()> {
    let Some(folder) = folder else { return Ok(()) };
    std::fs::create_dir_all(folder)?;
    world.write_dump(folder, &endings.chars().collect::<Vec<_>>());
    Ok(())
}

/// A line for programs; whoever reads it may be gone.
fn say(line: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
