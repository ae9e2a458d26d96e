//! Forms as trees, for those who want to know what is in one: nothing is evaluated, and what a
//! feature hides is left out.

use std::ops::Range;

use super::features::{self, Truth};
use super::lexer::{Atom, Lexeme, Lexer, LexerState, Prefix, Token};
use super::reader::read_forms;
use super::source::FormText;
use super::token::symbol_name;
use super::{Fault, Part};

/// Data within each other; what lies deeper has no parts.
const DEEPEST: usize = 200;

/// Features that come and go while code is loaded: what they guard is there either way.
const LOADED_LATER: [&str; 5] = ["QUICKLISP", "ASDF", "ASDF2", "ASDF3", "SWANK"];

/// A datum, and where its text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// What it is.
    pub kind: TreeKind,
}

/// What a datum is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TreeKind {
    /// `(a b c)`
    List(Vec<Tree>),
    /// A symbol, in upper case as the reader makes it.
    Symbol {
        /// The package that is named.
        package: Option<String>,
        /// Its name.
        name: String,
    },
    /// `:name`, `#:name`: in upper case.
    Keyword(String),
    /// A string, its escapes undone.
    String(String),
    /// `'x`
    Quote(Box<Tree>),
    /// `#'x`
    Function(Box<Tree>),
    /// `#p"x"`
    Path(Box<Tree>),
    /// Anything else.
    Other,
}

/// The data of a text, in order.
///
/// # Errors
/// As [`read_forms`].
pub fn read_trees(text: &str) -> Result<Vec<Tree>, Fault> {
    let parts = [Part::written(text)];
    read_forms(&parts)?;
    let source = FormText::new(&parts)?;
    let mut planter = Planter {
        lexer: Lexer::new(&source),
        text,
    };
    let mut trees = Vec::new();
    while let TreeItem::Tree(tree) = planter.item(LexerState::default(), 0)? {
        trees.extend(tree);
    }
    Ok(trees)
}

impl Tree {
    /// The items of a list; none of what is not a list.
    pub fn items(&self) -> &[Tree] {
        match &self.kind {
            TreeKind::List(items) => items,
            _ => &[],
        }
    }

    /// The name of a symbol, whatever its package.
    pub fn symbol(&self) -> Option<&str> {
        match &self.kind {
            TreeKind::Symbol { name, .. } => Some(name),
            _ => None,
        }
    }

    /// The text of a string, or of a path that is one.
    pub fn string(&self) -> Option<&str> {
        match &self.kind {
            TreeKind::String(text) => Some(text),
            TreeKind::Path(tree) => tree.string(),
            _ => None,
        }
    }

    /// What a string or a symbol names, as the names of systems are: symbols in lower case.
    pub fn designator(&self) -> Option<String> {
        match &self.kind {
            TreeKind::String(text) => Some(text.clone()),
            TreeKind::Keyword(name) | TreeKind::Symbol { name, .. } => Some(name.to_lowercase()),
            TreeKind::Quote(tree) => tree.designator(),
            _ => None,
        }
    }

    /// `name` or `package:name` of the symbol that a list begins with, in lower case.
    pub fn operator(&self) -> Option<String> {
        match &self.items().first()?.kind {
            TreeKind::Symbol {
                package: Some(package),
                name,
            } => Some(format!("{package}:{name}").to_lowercase()),
            TreeKind::Symbol { name, .. } => Some(name.to_lowercase()),
            _ => None,
        }
    }

    /// The value after a keyword among the items of a list.
    pub fn keyword(&self, keyword: &str) -> Option<&Tree> {
        let items = self.items();
        let is = |tree: &Tree| matches!(&tree.kind, TreeKind::Keyword(name) if name == keyword);
        let at = items.iter().position(is)?;
        items.get(at + 1)
    }

    /// Its text.
    pub fn text<'t>(&self, of: &'t str) -> &'t str {
        &of[self.range.clone()]
    }
}

/// What comes next.
enum TreeItem {
    /// A datum, or one that a feature hides.
    Tree(Option<Tree>),
    /// The end of the list or the text.
    End,
}

struct Planter<'s, 'a> {
    lexer: Lexer<'s, 'a>,
    text: &'s str,
}

impl Planter<'_, '_> {
    /// The next datum. It calls itself, at most [`DEEPEST`] times within each other.
    fn item(&mut self, context: LexerState, depth: usize) -> Result<TreeItem, Fault> {
        loop {
            let Token { range, lexeme, .. } = self.lexer.next(context)?;
            let kind = match lexeme {
                Lexeme::End | Lexeme::Close => return Ok(TreeItem::End),
                Lexeme::Nothing | Lexeme::Dot => continue,
                Lexeme::Atom(atom) => self.atom(atom, &range),
                Lexeme::Unknown(_) => TreeKind::Other,
                _ if depth == DEEPEST => return self.skip(lexeme, range, context),
                Lexeme::Open(_) => {
                    let (items, end) = self.list(context, depth + 1)?;
                    let range = range.start..end;
                    let kind = TreeKind::List(items);
                    return Ok(TreeItem::Tree(Some(Tree { range, kind })));
                }
                Lexeme::Prefix(Prefix::Feature(wanted)) => {
                    return self.guarded(wanted, context, depth + 1);
                }
                Lexeme::Prefix(prefix) => {
                    let inner = self.datum(inside(context, prefix), depth + 1)?;
                    return Ok(prefixed(prefix, range.start, inner));
                }
            };
            return Ok(TreeItem::Tree(Some(Tree { range, kind })));
        }
    }

    /// The next datum that no feature hides.
    fn datum(&mut self, context: LexerState, depth: usize) -> Result<TreeItem, Fault> {
        loop {
            match self.item(context, depth)? {
                TreeItem::Tree(None) => {}
                item => return Ok(item),
            }
        }
    }

    fn list(&mut self, context: LexerState, depth: usize) -> Result<(Vec<Tree>, usize), Fault> {
        let mut items = Vec::new();
        while let TreeItem::Tree(item) = self.item(context, depth)? {
            items.extend(item);
        }
        Ok((items, self.lexer.position()))
    }

    fn guarded(
        &mut self,
        wanted: bool,
        context: LexerState,
        depth: usize,
    ) -> Result<TreeItem, Fault> {
        let feature = LexerState {
            suppressed: false,
            feature: true,
            ..context
        };
        let TreeItem::Tree(Some(feature)) = self.item(feature, depth)? else {
            return Ok(TreeItem::End);
        };
        let shown = truth(&feature).is_none_or(|truth| truth == wanted);
        let context = LexerState {
            suppressed: context.suppressed || !shown,
            ..context
        };
        match self.datum(context, depth)? {
            TreeItem::Tree(_) if !shown => Ok(TreeItem::Tree(None)),
            item => Ok(item),
        }
    }

    /// Passes what lies too deep.
    fn skip(
        &mut self,
        lexeme: Lexeme,
        range: Range<usize>,
        context: LexerState,
    ) -> Result<TreeItem, Fault> {
        let mut open = usize::from(matches!(lexeme, Lexeme::Open(_)));
        let deep = LexerState {
            suppressed: true,
            ..context
        };
        while open > 0 {
            match self.lexer.next(deep)?.lexeme {
                Lexeme::Open(_) => open += 1,
                Lexeme::Close => open -= 1,
                Lexeme::End => break,
                _ => {}
            }
        }
        let range = range.start..self.lexer.position();
        let kind = TreeKind::Other;
        Ok(TreeItem::Tree(Some(Tree { range, kind })))
    }

    fn atom(&self, atom: Atom, range: &Range<usize>) -> TreeKind {
        let text = &self.text[range.clone()];
        match atom {
            Atom::Symbol(_) => {
                let (package, name) = symbol_name(text);
                TreeKind::Symbol { package, name }
            }
            Atom::Keyword | Atom::Uninterned => {
                TreeKind::Keyword(symbol_name(text.trim_start_matches('#')).1)
            }
            Atom::String => TreeKind::String(unescaped(text)),
            _ => TreeKind::Other,
        }
    }
}

fn inside(context: LexerState, prefix: Prefix) -> LexerState {
    let backquotes = match prefix {
        Prefix::Backquote => context.backquotes + 1,
        Prefix::Comma | Prefix::Splice => context.backquotes.saturating_sub(1),
        Prefix::Eval | Prefix::Array(_) => 0,
        _ => context.backquotes,
    };
    let radix = match prefix {
        Prefix::Radix(radix) => radix,
        _ => context.radix,
    };
    LexerState {
        backquotes,
        radix,
        ..context
    }
}

fn prefixed(prefix: Prefix, start: usize, inner: TreeItem) -> TreeItem {
    let TreeItem::Tree(Some(inner)) = inner else {
        return inner;
    };
    let range = start..inner.range.end;
    let kind = match prefix {
        Prefix::Quote | Prefix::Backquote => TreeKind::Quote(Box::new(inner)),
        Prefix::Function => TreeKind::Function(Box::new(inner)),
        Prefix::Path => TreeKind::Path(Box::new(inner)),
        _ => TreeKind::Other,
    };
    TreeItem::Tree(Some(Tree { range, kind }))
}

/// What a feature expression says; nothing where that changes while code is loaded.
fn truth(feature: &Tree) -> Option<bool> {
    match &feature.kind {
        TreeKind::Keyword(name) | TreeKind::Symbol { name, .. } => {
            let later = LOADED_LATER.contains(&name.as_str());
            (!later).then(|| features::of_symbol(name) == Truth::Yes)
        }
        TreeKind::List(items) => {
            let (operator, rest) = items.split_first()?;
            let mut truths = rest.iter().map(truth);
            let operator = operator.designator()?;
            match operator.as_str() {
                "not" => truths.next()?.map(|truth| !truth),
                "and" => all(truths, true),
                "or" => all(truths, false),
                _ => Some(false),
            }
        }
        _ => Some(false),
    }
}

/// `usual` unless one of the truths is not; nothing where one is not known and none decides.
fn all(truths: impl Iterator<Item = Option<bool>>, usual: bool) -> Option<bool> {
    let mut result = Some(usual);
    for truth in truths {
        match truth {
            Some(truth) if truth != usual => return Some(truth),
            None => result = None,
            Some(_) => {}
        }
    }
    result
}

/// The text of a string literal.
fn unescaped(literal: &str) -> String {
    let inner = literal.strip_prefix('"').unwrap_or(literal);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next()),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The data as text, what is hidden left out.
    fn shown(text: &str) -> String {
        fn print(tree: &Tree, text: &str) -> String {
            match &tree.kind {
                TreeKind::List(items) => {
                    let items: Vec<String> = items.iter().map(|item| print(item, text)).collect();
                    format!("({})", items.join(" "))
                }
                _ => tree.text(text).to_owned(),
            }
        }
        let trees = read_trees(text).expect("it is well formed");
        let trees: Vec<String> = trees.iter().map(|tree| print(tree, text)).collect();
        trees.join(" ")
    }

    #[test]
    fn a_text_is_its_data() {
        let text = "(f :a 'b \"c \\\" d\" #p\"e\") ; (\n#| ) |# g:h";
        assert_eq!(shown(text), "(f :a 'b \"c \\\" d\" #p\"e\") g:h");
        let trees = read_trees(text).expect("it is well formed");
        assert_eq!(trees[0].items()[3].string(), Some("c \" d"));
        assert_eq!(trees[0].items()[4].string(), Some("e"));
        assert_eq!(trees[0].operator().as_deref(), Some("f"));
        assert_eq!(
            trees[0].keyword("A").and_then(Tree::designator).as_deref(),
            Some("b")
        );
    }

    #[test]
    fn features_hide_what_they_do() {
        for (text, expected) in [
            ("#+sbcl a b", "a b"),
            ("#-sbcl a b", "b"),
            ("(#+(and sbcl (not ccl)) a #+ccl (b ,c) e)", "(a e)"),
            ("#+quicklisp a #-quicklisp b", "a b"),
            ("#+ccl #+sbcl a b c", "b c"),
            ("#+ccl #+ccl a b c", "c"),
            ("'#+ccl a b c", "'#+ccl a b c"),
            ("`(a ,b ,@(c `(d ,e)))", "`(a ,b ,@(c `(d ,e)))"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn no_depth_is_too_much() {
        for text in [
            "(".repeat(50_000) + &")".repeat(50_000),
            "'".repeat(50_000) + "a",
        ] {
            assert!(read_trees(&text).is_ok());
        }
    }
}
