package dev.berth.supervise.contract;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Who of those in service gets the next connection (or datagram).
public sealed interface Policy {
    /// All words there are, for people.
    String WORDS =
            "hash, random, round-robin, cpu, source, least-loaded, and weighted as in"
                    + " weighted:3=5%,1=2";

    /// The word, as in `--steer`; [#parse] reads it.
    String word();

    /// The hash of both addresses and ports.
    record Hash() implements Policy {
        @Override
        public String word() {
            return "hash";
        }
    }

    /// Any, all alike.
    record Random() implements Policy {
        @Override
        public String word() {
            return "random";
        }
    }

    /// One after the other.
    record RoundRobin() implements Policy {
        @Override
        public String word() {
            return "round-robin";
        }
    }

    /// Those that are pinned to the CPU which took the packet.
    record Cpu() implements Policy {
        @Override
        public String word() {
            return "cpu";
        }
    }

    /// Always the same for one client address; when workers come or go, as few clients as possible
    /// change over.
    record Source() implements Policy {
        @Override
        public String word() {
            return "source";
        }
    }

    /// Who has the fewest connections, and is not stalled.
    record LeastLoaded() implements Policy {
        @Override
        public String word() {
            return "least-loaded";
        }
    }

    /// Who has the fewest open connections; a dispatcher's.
    record LeastConnections() implements Policy {
        @Override
        public String word() {
            return "least-connections";
        }
    }

    /// So much for each slot.
    ///
    /// @param shares by slot; one that is not named has the weight 1
    record Weighted(Map<Integer, Share> shares) implements Policy {
        private static final BigDecimal WHOLE = BigDecimal.valueOf(100);

        public Weighted {
            if (shares.isEmpty()) {
                throw new IllegalArgumentException("no slot is given a weight");
            }
            shares = Map.copyOf(shares);
            BigDecimal percent =
                    shares.values().stream()
                            .filter(Share::percent)
                            .map(Share::number)
                            .reduce(BigDecimal.ZERO, BigDecimal::add);
            if (percent.compareTo(WHOLE) > 0) {
                throw new IllegalArgumentException(
                        "the shares make " + percent.toPlainString() + " %: more than all");
            }
        }

        /// One part where nothing is said of the slot.
        public Share share(int slot) {
            return shares.getOrDefault(slot, Share.ONE);
        }

        /// The highest slot that it names.
        int highest() {
            return shares.keySet().stream().max(Integer::compare).orElseThrow();
        }

        @Override
        public String word() {
            return new TreeMap<>(shares)
                    .entrySet().stream()
                            .map(entry -> entry.getKey() + "=" + entry.getValue())
                            .collect(Collectors.joining(",", WEIGHTED, ""));
        }

        private static Weighted parseShares(String text) {
            Map<Integer, Share> shares = new LinkedHashMap<>();
            for (String part : text.split(",", -1)) {
                int equals = part.indexOf('=');
                if (equals < 1 || !part.substring(0, equals).matches("[0-9]{1,3}")) {
                    throw new IllegalArgumentException(
                            "a weight is SLOT=WEIGHT or SLOT=SHARE%, as in "
                                    + WEIGHTED
                                    + "3=5%,1=2, not \""
                                    + part
                                    + "\"");
                }
                int slot = Integer.parseInt(part.substring(0, equals));
                if (shares.put(slot, Share.parse(part.substring(equals + 1))) != null) {
                    throw new IllegalArgumentException("slot " + slot + " has two weights");
                }
            }
            return new Weighted(shares);
        }
    }

    /// What [Weighted] begins with.
    String WEIGHTED = "weighted:";

    /// The part of one slot: `percent` of all connections, or a weight beside the 1 of others.
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

    /// The policy of that `word`; an IllegalArgumentException says what is wrong and lists those
    /// there are.
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
                        "no such policy: \""
                                + word
                                + "\"; there are: "
                                + WORDS
                                + "; with --share dispatch least-connections, too");
            }
        };
    }

    /// One of each kind.
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

    /// Whether a worker can have a part of its share only, as a fresh one has with a slow start.
    default boolean divisible() {
        return !(this instanceof Source || this instanceof Cpu);
    }

    /// What is wrong with it where there are so many slots; empty if nothing is.
    default Optional<String> unfit(int slots) {
        return this instanceof Weighted weighted && weighted.highest() >= slots
                ? Optional.of(
                        "no slot "
                                + weighted.highest()
                                + " to give a weight to: there are slots 0 to "
                                + (slots - 1))
                : Optional.empty();
    }
}
