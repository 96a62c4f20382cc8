package dev.berth.supervise.contract;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Decides which worker in service gets the next connection (or datagram).
public sealed interface Policy {
    /// All policy words, for users.
    String WORDS =
            "hash, random, round-robin, cpu, source, least-loaded, and weighted as in"
                    + " weighted:3=5%,1=2";

    /// The word, as in `--steer`; [#parse] parses it.
    default String word() {
        return switch (this) {
            case Hash _ -> "hash";
            case Random _ -> "random";
            case RoundRobin _ -> "round-robin";
            case Cpu _ -> "cpu";
            case Source _ -> "source";
            case LeastLoaded _ -> "least-loaded";
            case LeastConnections _ -> "least-connections";
            case Weighted weighted -> WEIGHTED + weighted.words();
        };
    }

    /// By the hash of both addresses and ports.
    record Hash() implements Policy {}

    /// Any worker, all equally likely.
    record Random() implements Policy {}

    /// Each worker in turn.
    record RoundRobin() implements Policy {}

    /// The workers that are pinned to the CPU that received the packet.
    record Cpu() implements Policy {}

    /// Always the same worker for one client address; when workers come or go, as few clients as
    /// possible change workers.
    record Source() implements Policy {}

    /// The worker with the fewest connections, skipping stalled ones.
    record LeastLoaded() implements Policy {}

    /// The worker with the fewest open connections; with a dispatcher only.
    record LeastConnections() implements Policy {}

    /// A given share for each slot.
    ///
    /// @param shares by slot; a slot that is not named has the weight 1
    record Weighted(Map<Integer, Share> shares) implements Policy {
        private static final BigDecimal WHOLE = BigDecimal.valueOf(100);

        public Weighted {
            if (shares.isEmpty()) {
                throw new IllegalArgumentException("no slot has a weight");
            }
            shares = Map.copyOf(shares);
            BigDecimal percent =
                    shares.values().stream()
                            .filter(Share::percent)
                            .map(Share::number)
                            .reduce(BigDecimal.ZERO, BigDecimal::add);
            if (percent.compareTo(WHOLE) > 0) {
                throw new IllegalArgumentException(
                        "the shares add up to " + percent.toPlainString() + " %: more than 100");
            }
        }

        /// The slot's share; weight 1 if the slot is not named.
        public Share share(int slot) {
            return shares.getOrDefault(slot, Share.ONE);
        }

        /// The highest slot that it names.
        int highest() {
            return shares.keySet().stream().max(Integer::compare).orElseThrow();
        }

        private String words() {
            return new TreeMap<>(shares)
                    .entrySet().stream()
                            .map(entry -> entry.getKey() + "=" + entry.getValue())
                            .collect(Collectors.joining(","));
        }

        private static Weighted parseShares(String text) {
            Map<Integer, Share> shares = new LinkedHashMap<>();
            for (String part : text.split(",", -1)) {
                int equals = part.indexOf('=');
                if (equals < 1 || !part.substring(0, equals).matches("[0-9]{1,3}")) {
                    throw new IllegalArgumentException(
                            ("a weight is SLOT=WEIGHT or SLOT=SHARE%%, as in"
                                            + " %s3=5%%,1=2, not \"%s\"")
                                    .formatted(WEIGHTED, part));
                }
                int slot = Integer.parseInt(part.substring(0, equals));
                if (shares.put(slot, Share.parse(part.substring(equals + 1))) != null) {
                    throw new IllegalArgumentException("slot " + slot + " has two weights");
                }
            }
            return new Weighted(shares);
        }
    }

    /// The prefix of a [Weighted] policy's word.
    String WEIGHTED = "weighted:";

    /// The share of one slot: `percent` of all connections, or a weight relative to the 1 of other
    /// slots.
    record Share(BigDecimal number, boolean percent) {
        private static final BigDecimal MOST = BigDecimal.valueOf(1000);

        static final Share ONE = new Share(BigDecimal.ONE, false);

        public Share {
            if (number.signum() < 0 || number.compareTo(MOST) > 0) {
                throw new IllegalArgumentException(
                        "a weight is 0 to 1000, not " + number.toPlainString());
            }
        }

        static Share parse(String text) {
            boolean percent = text.endsWith("%");
            String number = percent ? text.substring(0, text.length() - 1) : text;
            if (!number.matches("[0-9]{1,4}(\\.[0-9]{1,3})?")) {
                throw new IllegalArgumentException(
                        "a weight is a number (2) or a share of all connections (5%), 0 to 1000"
                                + " with at most three digits after the point, not \""
                                + text
                                + "\"");
            }
            return new Share(new BigDecimal(number), percent);
        }

        @Override
        public String toString() {
            return number.toPlainString() + (percent ? "%" : "");
        }
    }

    /// Parses a policy.
    ///
    /// @throws IllegalArgumentException says what is wrong and lists the valid policies
    static Policy parse(String word) {
        return switch (word) {
            case "hash" -> new Hash();
            case "random" -> new Random();
            case "round-robin" -> new RoundRobin();
            case "cpu" -> new Cpu();
            case "source" -> new Source();
            case "least-loaded" -> new LeastLoaded();
            case "least-connections" -> new LeastConnections();
            default -> {
                if (word.startsWith(WEIGHTED)) {
                    yield Weighted.parseShares(word.substring(WEIGHTED.length()));
                }
                throw new IllegalArgumentException(
                        ("unknown policy: \"%s\"; available: %s; with --share dispatch"
                                        + " also least-connections")
                                .formatted(word, WORDS));
            }
        };
    }

    /// One policy of each kind that steers in the kernel.
    static List<Policy> examples() {
        return List.of(
                new Hash(),
                new Random(),
                new RoundRobin(),
                new Cpu(),
                new Source(),
                new LeastLoaded(),
                new Weighted(Map.of(0, Share.ONE)));
    }

    /// The policies that a dispatcher knows, and the only ones that it knows.
    static List<Policy> ofDispatcher() {
        return List.of(new RoundRobin(), new LeastConnections(), new Source());
    }

    /// Whether a worker can get only a part of its share, as a fresh worker does during a slow
    /// start.
    default boolean supportsPartialShare() {
        return !(this instanceof Source || this instanceof Cpu);
    }

    /// What is wrong with the policy for this number of slots; empty if nothing is.
    default Optional<String> problem(int slots) {
        return this instanceof Weighted weighted && weighted.highest() >= slots
                ? Optional.of(
                        "no slot %s to give a weight to: there are slots 0 to %s"
                                .formatted(weighted.highest(), slots - 1))
                : Optional.empty();
    }
}
