package dev.berth.examples;

/// The port of a sample server: its first argument, or the usual port if there is none.
final class Port {
    private static final int USUAL = 8080;

    private Port() {}

    static int of(String... args) {
        return args.length > 0 ? Integer.parseInt(args[0]) : USUAL;
    }
}
