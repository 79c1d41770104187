//! The built site under a stock nginx. `cargo xtask test --nginx` runs all tests there.

use anyhow::Result;
use end_to_end::playground::{agrees, done, example, native};
use end_to_end::{Nginx, Server, check_at, dist, not_run};

#[tokio::test]
async fn a_stock_nginx_serves_all_that_the_page_needs() -> Result<()> {
    let Ok(program) = std::env::var("NGINX_PROGRAM") else {
        not_run("the site under a stock nginx", "the environment variable NGINX_PROGRAM names none");
        return Ok(());
    };
    let server = Server::Nginx(Nginx::start(&program, &dist())?);
    check_at(server.url(), async |page| {
        done(page).await?;
        agrees(page, &native(&example(), &[])?).await?;
        let results = "query_id,model,score,cost\n1,a,1,0.1\n1,b,0,0.05\n2,a,1,0.2\n2,b,1,0.05\n";
        page.drop_files(".drop", &[("results.csv", results)]).await?;
        page.wait_for_text("2 of 2 queries").await
    })
    .await
}
