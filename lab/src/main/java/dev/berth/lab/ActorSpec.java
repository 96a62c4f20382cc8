package dev.berth.lab;

import java.util.Objects;

/// A process that takes part.
///
/// @param name letters, digits, `-` and `_`
/// @param uid of all that it does
/// @param namespace the name of the network namespace that it lives in; those that are not [#MAIN]
///   have a loopback of their own and no way to any other
public record ActorSpec(String name, int uid, String namespace) {
    /// Where actors live that name no namespace.
    public static final String MAIN = "main";

    public ActorSpec {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(namespace, "namespace");
    }
}
