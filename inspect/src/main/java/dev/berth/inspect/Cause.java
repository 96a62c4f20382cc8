package dev.berth.inspect;

import java.util.Optional;

/// Why a bind is refused, or with which socket it would share the port.
///
/// @param rule the stable name of the rule: a [PairwiseRule#word()], or `address-not-here`,
///   `privileged-port`, `invalid-combination`, `unknown-options`
/// @param sentence the rule in plain words
/// @param socket the other socket, if the rule is about one
public record Cause(String rule, String sentence, Optional<PortSocket> socket) {
    /// The other socket and its owner, if the rule is about one, and the rule.
    public String text() {
        return socket.map(other -> SocketText.line(other) + ": " + sentence).orElse(sentence);
    }

    static Cause of(PairwiseRule rule, PortSocket socket) {
        return new Cause(rule.word(), rule.sentence(), Optional.of(socket));
    }
}
