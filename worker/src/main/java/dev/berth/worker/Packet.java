package dev.berth.worker;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/// A message from the dispatcher: the text of one packet of protocol v1.
sealed interface Packet {
    /// What nearly all packets are.
    Packet PLAIN = new Connection(Optional.empty());

    /// Longer than any packet: `conn tcp6` with two addresses of 39 and two ports of 5 characters.
    int MAX_BYTES = 128;

    /// A connection; its descriptor comes alongside the text.
    record Connection(Optional<Route> route) implements Packet {}

    /// No more connections will come.
    record Drain() implements Packet {}

    /// A connection whose description does not follow protocol v1.
    record Malformed(String text) implements Packet {}

    /// A message of a newer dispatcher; to be ignored.
    record Unknown(String text) implements Packet {}

    static Packet parse(String text) {
        if (text.equals("conn")) {
            return PLAIN;
        }
        String[] words = text.split(" ", -1);
        return switch (words[0]) {
            case "drain" -> new Drain();
            case "conn" -> connection(text, words);
            default -> new Unknown(text);
        };
    }

    private static Packet connection(String text, String[] words) {
        if (words.length != 6 || !words[1].matches("tcp[46]")) {
            return new Malformed(text);
        }
        Optional<InetSocketAddress> client = Route.address(words[1], words[2], words[3]);
        Optional<InetSocketAddress> server = Route.address(words[1], words[4], words[5]);
        return client.isPresent() && server.isPresent()
                ? new Connection(Optional.of(new Route(client.get(), server.get())))
                : new Malformed(text);
    }

    /// The true ends of a connection, from the PROXY header that it began with.
    record Route(InetSocketAddress client, InetSocketAddress server) {
        private static final String OCTET = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
        private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
        private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
        private static final Pattern PORT = Pattern.compile("\\d{1,5}");

        private static Optional<InetSocketAddress> address(
                String protocol, String host, String port) {
            Pattern literal = protocol.equals("tcp4") ? IPV4 : IPV6;
            if (!literal.matcher(host).matches()
                    || !PORT.matcher(port).matches()
                    || Integer.parseInt(port) > 0xffff) {
                return Optional.empty();
            }
            try {
                // A literal address never causes a name look-up.
                InetAddress address = InetAddress.getByName(host);
                return Optional.of(new InetSocketAddress(address, Integer.parseInt(port)));
            } catch (UnknownHostException notAnAddress) {
                return Optional.empty();
            }
        }
    }
}
