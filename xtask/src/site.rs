//! `cargo xtask build`: compiles the WebAssembly modules, binds them, and lays the site out in `dist/`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use site_server::is_first;
use walrus::ModuleConfig;
use wasm_bindgen_cli_support::Bindgen;

use crate::assets::Assets;
use crate::command::{cargo, root, run, target};
use crate::lessons;
use crate::offline;
use crate::setup::{self, WASM};
use crate::words;

/// Where the site is built.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// Most bytes of brotli that a first visit loads until the first curves are drawn.
const FIRST_LOAD: usize = 400_000;

/// Builds the site; `origins` are added to what the page may connect to.
pub fn build(origins: &[String]) -> Result<()> {
    let start = Instant::now();
    setup::wasm_target()?;
    // Each with its own feature only: together, the features of one would leak into the other. Linking takes one processor:
    // the page's module, of another profile, is built beside the others.
    let (app, others) = thread::scope(|scope| {
        let app = scope.spawn(page);
        let others = [
            ("worker", "worker_glue"),
            ("interface", "importer_glue"),
            ("store", "store_glue"),
            ("live", "live_glue"),
            ("interface", "llm_selection_glue"),
        ]
        .map(|(bin, name)| module(bin, name));
        (app.join(), others)
    });
    let app = app.map_err(|_| anyhow::anyhow!("building the page's module failed"))??;
    let (app, later) = app;
    let [worker, importer, store, live, api] = others;
    let (worker, importer, store, live, api) = (worker?, importer?, store?, live?, api?);

    let dist = dist();
    if dist.exists() {
        fs::remove_dir_all(&dist).context("cannot clear dist/")?;
    }
    fs::create_dir_all(dist.join("api"))?;

    let www = root().join("www");
    let mut assets = Assets::default();
    for bound in [app, worker, importer, store, live] {
        assets.add(&format!("{}.js", bound.name), bound.glue.into_bytes());
        assets.add(&format!("{}_bg.wasm", bound.name), bound.wasm);
    }
    assets.add("later_bg.wasm", later);
    for name in files_of(&www)?.into_iter().filter(|name| name != offline::SERVICE_WORKER) {
        assets.add(&name, read(&www.join(&name))?);
    }
    lessons::add(&mut assets, &www.join("lessons"))?;
    words::add(&mut assets, &root())?;
    let assets = assets.finish()?;
    let page = String::from_utf8(read(&root().join("index.html"))?).context("index.html is not UTF-8")?;
    fs::write(dist.join("index.html"), assets.rewrite(with_origins(page, origins)?))?;
    for (name, bytes) in assets.into_files() {
        fs::write(dist.join(name), bytes)?;
    }

    fs::write(dist.join("api/llm_selection_glue.js"), api.glue)?;
    fs::write(dist.join("api/llm_selection_glue_bg.wasm"), api.wasm)?;
    for name in files_of(&www.join("api"))? {
        fs::copy(www.join("api").join(&name), dist.join("api").join(&name))?;
    }

    let (names, worker) = (names_in(&dist)?, www.join(offline::SERVICE_WORKER));
    let files = names.into_iter().map(|name| Ok((read(&dist.join(&name))?, name))).collect::<Result<Vec<_>>>()?;
    let worker = offline::service_worker(&String::from_utf8(read(&worker)?)?, &files)?;
    fs::write(dist.join(offline::SERVICE_WORKER), worker)?;

    let sizes = compress(&dist)?;
    let first: usize = sizes.iter().filter(|size| is_first(&size.name)).map(|size| size.brotli).sum();
    println!("dist/ in {:.1} s; bytes plain, gzip, brotli:", start.elapsed().as_secs_f64());
    for size in sizes {
        println!("{:>9} {:>8} {:>8}  {}", size.plain, size.gzip, size.brotli, size.name);
    }
    let total: usize = files.iter().map(|(bytes, _)| bytes.len()).sum();
    println!("{total:>9} bytes in {} files are kept for use without a network", files.len());
    println!("{first:>9} bytes of brotli until the first curves are drawn");
    ensure!(
        first <= FIRST_LOAD,
        "a first visit loads {first} bytes until its first curves: at most {FIRST_LOAD} are allowed"
    );
    Ok(())
}

struct Module {
    name: String,
    glue: String,
    wasm: Vec<u8>,
}

/// Compiles the binary `bin` and binds it for the web; `name` names the glue (`name.js`) and the module (`name_bg.wasm`).
fn module(bin: &str, name: &str) -> Result<Module> {
    let profile = if matches!(bin, "store" | "live") { "page" } else { "release" };
    let arguments = ["build", "--profile", profile, "--target", WASM, "--bin", bin, "--features", bin];
    run(cargo(&arguments).env("CARGO_ENCODED_RUSTFLAGS", compiler_flags()))?;
    bind(&target().join(WASM).join(profile).join(format!("{bin}.wasm")), name)
}

/// Compiles the page's program, cuts it in two where it says so, and binds the first part. The second, which is returned
/// beside it, shares the first one's memory and calls it by its table.
fn page() -> Result<(Module, Vec<u8>)> {
    /// What the first part calls `www/later.js`.
    const LINK: &str = "later";
    let arguments = ["rustc", "--profile", "page", "--target", WASM, "--bin", "app", "--features", "app"];
    // The cut is made along the linker's notes of what refers to what.
    let cut = ["--", "-Clink-arg=--emit-relocs"];
    run(cargo(&arguments).args(cut).env("CARGO_ENCODED_RUSTFLAGS", compiler_flags()))?;
    let whole = read(&target().join(WASM).join("page").join("app.wasm"))?;
    let folder = target().join("bindgen").join("parts");
    let first = folder.join("first.wasm");
    let mut options = wasm_split_cli_support::Options::new(&whole);
    (options.output_dir, options.main_out_path, options.link_name) = (&folder, &first, LINK);
    let parts = wasm_split_cli_support::transform(options).map_err(|error| anyhow::anyhow!("{error:#}"))?;
    let [second] = parts.split_modules.as_slice() else {
        anyhow::bail!("found {} parts beside the first, expected one", parts.split_modules.len());
    };
    let second = ModuleConfig::new()
        .generate_name_section(false)
        .generate_producers_section(false)
        .parse(&read(second)?)
        .context("cannot read the page's second part")?
        .emit_wasm();
    let mut bound = bind(&first, "app")?;
    let import = format!("from \"{LINK}\"");
    ensure!(bound.glue.matches(&import).count() == 1, "app.js must have `{import}` exactly once");
    bound.glue = bound.glue.replace(&import, "from \"./later.js\"");
    Ok((bound, second))
}

/// Binds a module for the web.
fn bind(module: &Path, name: &str) -> Result<Module> {
    let folder = target().join("bindgen").join(name);
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .out_name(name)
        .web(true)?
        .typescript(false)
        // boot.js, worker.js and the API say where the module lies: the glue need not know its hashed name.
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        // The page's second part calls by the first one's table.
        .keep_lld_exports(name == "app");
    let mut output = bindgen.generate_output().with_context(|| format!("cannot bind {}", module.display()))?;
    let snippets: usize = output.snippets().values().map(Vec::len).sum();
    let extra = snippets + output.local_modules().len() + output.npm_dependencies().len();
    ensure!(extra == 0, "{name}: found JavaScript snippets of a dependency, which this build does not place");
    output.emit(&folder)?;
    let glue = fs::read_to_string(folder.join(format!("{name}.js")))?;
    Ok(Module { name: name.to_owned(), glue, wasm: read(&folder.join(format!("{name}_bg.wasm")))? })
}

/// Compiler flags: WebAssembly's vectors, which every browser that shows the page has and which make a round a sixth
/// faster in Chromium; and what keeps this machine's folder names out of panic messages, so that builds are the same
/// everywhere.
fn compiler_flags() -> String {
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).unwrap_or_default();
    let cargo_home = std::env::var_os("CARGO_HOME").map_or_else(|| Path::new(&home).join(".cargo"), PathBuf::from);
    let paths = [(cargo_home, "cargo"), (root(), "")];
    let paths = paths.map(|(path, short)| format!("--remap-path-prefix={}={short}", path.display()));
    ["-Ctarget-feature=+simd128"].into_iter().chain(paths.iter().map(String::as_str)).collect::<Vec<_>>().join("\u{1f}")
}

/// Checks what `--connect` gives: a bare origin, since anything else could rewrite the policy.
pub fn checked_origin(origin: &str) -> Result<String> {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).unwrap_or_default();
    let plain = host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'*'));
    ensure!(!host.is_empty() && plain, "--connect: found `{origin}`, expected an origin such as https://example.org");
    Ok(origin.to_owned())
}

/// Adds origins to what the page may connect to, and to what an address of the page may name as data.
fn with_origins(page: String, origins: &[String]) -> Result<String> {
    const POLICY: &str = "connect-src 'self'";
    const DATA: &str = "<meta name=\"data-origins\" content=\"\">";
    for place in [POLICY, DATA] {
        ensure!(page.matches(place).count() == 1, "index.html must contain `{place}` exactly once");
    }
    let all = origins.join(" ");
    let more = if origins.is_empty() { String::new() } else { format!(" {all}") };
    let page = page.replace(POLICY, &format!("{POLICY}{more}"));
    Ok(page.replace(DATA, &DATA.replace("\"\"", &format!("\"{all}\""))))
}

struct Size {
    name: String,
    plain: usize,
    gzip: usize,
    brotli: usize,
}

/// Puts a `.br` and a `.gz` beside each file, for hosts that serve them.
fn compress(dist: &Path) -> Result<Vec<Size>> {
    let names = names_in(dist)?;
    let work = |name: String| -> Result<Size> {
        let plain = read(&dist.join(&name))?;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&plain)?;
        let gzip = gzip.finish()?;
        let mut brotli = Vec::new();
        let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
        brotli::BrotliCompress(&mut plain.as_slice(), &mut brotli, &parameters)?;
        fs::write(dist.join(format!("{name}.gz")), &gzip)?;
        fs::write(dist.join(format!("{name}.br")), &brotli)?;
        Ok(Size { name, plain: plain.len(), gzip: gzip.len(), brotli: brotli.len() })
    };
    thread::scope(|scope| {
        let jobs: Vec<_> = names.into_iter().map(|name| scope.spawn(|| work(name))).collect();
        jobs.into_iter().map(|job| job.join().unwrap_or_else(|_| anyhow::bail!("compression failed"))).collect()
    })
}

/// Names of the site's files, those of the interface with its folder.
fn names_in(dist: &Path) -> Result<Vec<String>> {
    let mut names = files_of(dist)?;
    names.extend(files_of(&dist.join("api"))?.into_iter().map(|name| format!("api/{name}")));
    Ok(names)
}

/// Names of the files right in a folder, sorted.
fn files_of(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            names.push(entry.file_name().into_string().map_err(|name| anyhow::anyhow!("bad file name {name:?}"))?);
        }
    }
    names.sort();
    Ok(names)
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}
