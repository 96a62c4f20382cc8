package dev.berth.lab;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Something that an actor does, and what is expected to come of it.
///
/// @param line of the file
/// @param actor who does it
/// @param name by which later steps refer to what it measured; empty for most
/// @param kind what is done
/// @param op the same, with all that it needs
/// @param arguments what `op` was made of, as the actor is told
/// @param expect all of which must be so; empty: it must not fail
/// @param claim whether it carries the claim; else it only prepares, and must come out as expected
/// @param say a sentence for the evidence; `{result}` and figures in braces are filled in
public record Step(
        int line,
        String actor,
        String name,
        OpKind kind,
        Op op,
        Arguments arguments,
        List<Expectation> expect,
        boolean claim,
        Optional<String> say) {
    public Step {
        Objects.requireNonNull(actor, "actor");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(op, "op");
        Objects.requireNonNull(arguments, "arguments");
        expect = List.copyOf(expect);
        Objects.requireNonNull(say, "say");
    }

    /// What is done, in a few words: `second: bind b address=127.0.0.1:8080`.
    public String text() {
        return actor + ": " + arguments;
    }
}
