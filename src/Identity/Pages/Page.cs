using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace CooperaNet.Matching.Identity.Pages;

/// <summary>A page of plain HTML: labelled fields, messages that are announced, no script. Everything that is put in is encoded.</summary>
internal sealed class Page(HttpContext context, Words words)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Default;
    private readonly StringBuilder body = new();

    public Words Words => words;

    public Page Text(string text) => Append($"<p>{Encoder.Encode(text)}</p>");

    public Page Code(string text) => Append($"<p><code>{Encoder.Encode(text)}</code></p>");

    public Page Link(string href, string text) => Append($"<p><a href=\"{Encoder.Encode(href)}\">{Encoder.Encode(text)}</a></p>");

    /// <summary>What went wrong, or what was done.</summary>
    public Page Message(string text, bool isError) => text.Length == 0 ? this : Append($"<p class=\"{(isError ? "error" : "done")}\" role=\"{(isError ? "alert" : "status")}\">{Encoder.Encode(text)}</p>");

    /// <summary>A form with its protection against forgery.</summary>
    public Page Form(string action, string submit, params ReadOnlySpan<Field> fields)
    {
        var forgery = ((IAntiforgery)context.RequestServices.GetService(typeof(IAntiforgery))!).GetAndStoreTokens(context);
        body.Append($"<form method=\"post\" action=\"{Encoder.Encode(action)}\"><input type=\"hidden\" name=\"{Encoder.Encode(forgery.FormFieldName)}\" value=\"{Encoder.Encode(forgery.RequestToken!)}\">");
        foreach (var field in fields)
        {
            body.Append(field.Label.Length == 0
                ? $"<input type=\"hidden\" name=\"{field.Name}\" value=\"{Encoder.Encode(field.Value)}\">"
                : $"<label for=\"{field.Name}\">{Encoder.Encode(field.Label)}</label><input id=\"{field.Name}\" name=\"{field.Name}\" type=\"{field.Type}\" autocomplete=\"{field.Autocomplete}\" value=\"{Encoder.Encode(field.Value)}\" required>");
        }

        return Append($"<button type=\"submit\">{Encoder.Encode(submit)}</button></form>");
    }

    public IResult Show(string title, int status = StatusCodes.Status200OK) => Results.Text(
        $"<!DOCTYPE html><html lang=\"{words.Language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{Encoder.Encode(title)} – CooperaNet</title><link rel=\"stylesheet\" href=\"/identity/style.css\"></head><body><main><h1>{Encoder.Encode(title)}</h1>{body}</main></body></html>",
        "text/html", Encoding.UTF8, status);

    private Page Append(string html)
    {
        body.Append(html);
        return this;
    }

    /// <summary>One field of a form.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Label">What it is called; empty for a hidden one.</param>
    /// <param name="Type">email, password or text.</param>
    /// <param name="Autocomplete">What browsers may fill in.</param>
    /// <param name="Value">What it holds.</param>
    internal readonly record struct Field(string Name, string Label, string Type = "text", string Autocomplete = "off", string Value = "")
    {
        public static Field Hidden(string name, string value) => new(name, "", Value: value);
    }
}
