//! Files made on the page, into the person's downloads.

use llm_selection::experiment::Experiment;
use llm_selection::figure::paper::with_density;
use llm_selection::figure::{Paper, Scene};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Text as a blob of the MIME type `kind`.
fn blob(kind: &str, text: &str) -> Result<web_sys::Blob, JsValue> {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(kind);
    web_sys::Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&JsValue::from_str(text)), &options)
}

fn document() -> Result<web_sys::Document, JsValue> {
    web_sys::window().and_then(|window| window.document()).ok_or(JsValue::NULL)
}

/// Saves a blob under `name`.
pub fn save(name: &str, blob: &web_sys::Blob) -> Result<(), JsValue> {
    let url = web_sys::Url::create_object_url_with_blob(blob)?;
    let link: web_sys::HtmlElement = document()?.create_element("a")?.unchecked_into();
    link.set_attribute("href", &url)?;
    link.set_attribute("download", name)?;
    link.click();
    // The browser has taken the file by the time this runs.
    gloo_timers::callback::Timeout::new(10_000, move || {
        let _ = web_sys::Url::revoke_object_url(&url);
    })
    .forget();
    Ok(())
}

/// Saves text of the MIME type `kind` under `name`.
pub fn save_text(name: &str, kind: &str, text: &str) -> Result<(), JsValue> {
    save(name, &blob(kind, text)?)
}

/// The text of an experiment's file.
pub fn text_file(experiment: &Experiment) -> String {
    experiment.to_json() + "\n"
}

/// Saves a drawing as a PNG of its size on the screen or on paper.
pub async fn save_png(name: &str, scene: &Scene, paper: Paper) -> Result<(), JsValue> {
    let url = web_sys::Url::create_object_url_with_blob(&blob("image/svg+xml", &paper.svg(scene))?)?;
    let dots = paper.dots();
    let drawn = draw(&url, (scene.width * dots).ceil(), (scene.height * dots).ceil()).await;
    let _ = web_sys::Url::revoke_object_url(&url);
    let bytes = JsFuture::from(drawn?.array_buffer()).await?;
    let bytes = with_density(&js_sys::Uint8Array::new(&bytes).to_vec(), paper.density());
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("image/png");
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes.as_slice()));
    save(name, &web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options)?)
}

/// The picture at `url`, so many dots wide and high.
async fn draw(url: &str, width: f64, height: f64) -> Result<web_sys::Blob, JsValue> {
    let image = web_sys::HtmlImageElement::new()?;
    let loaded = js_sys::Promise::new(&mut |resolve, reject| {
        image.set_onload(Some(&resolve));
        image.set_onerror(Some(&reject));
    });
    image.set_src(url);
    JsFuture::from(loaded).await?;
    let canvas: web_sys::HtmlCanvasElement = document()?.create_element("canvas")?.unchecked_into();
    // At most 8,000 dots a side, by the drawing's own limits.
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context: web_sys::CanvasRenderingContext2d = canvas.get_context("2d")?.ok_or(JsValue::NULL)?.unchecked_into();
    context.draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height)?;
    let encoded = js_sys::Promise::new(&mut |resolve, reject| {
        if canvas.to_blob(&resolve).is_err() {
            let _ = reject.call0(&JsValue::NULL);
        }
    });
    JsFuture::from(encoded).await?.dyn_into()
}
