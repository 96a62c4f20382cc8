package dev.berth.lab;

/// A process that takes part.
///
/// @param name letters, digits, `-` and `_`
/// @param uid of everything that it does
/// @param namespace the name of the network namespace that it lives in; namespaces other than
///   [#MAIN] have their own loopback and no connection to any other
public record ActorSpec(String name, int uid, String namespace) {
    /// The namespace of actors that name none.
    public static final String MAIN = "main";
}
