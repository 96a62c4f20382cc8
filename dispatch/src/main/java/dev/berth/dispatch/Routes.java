package dev.berth.dispatch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Decides which service a connection goes to.
///
/// The most specific route wins, regardless of its position: a whole name before a wildcard and a
/// longer domain before a shorter one; then the longer path; then a route with `alpn`; then one
/// with `protocol`. Among equally specific routes the first wins. A connection that matches no
/// route goes to the default service, or to none if there is no default.
///
/// The first request decides for the whole connection: a later request on it, for another host or
/// path, reaches the same worker.
public final class Routes {
    private final Set<String> services = new LinkedHashSet<>();
    private final List<Rule> rules;
    private final Optional<String> fallback;

    /// A route and the service it leads to.
    public record Rule(Route route, String service) {}

    /// @param rules in the order in which they were written
    /// @param fallback the default service
    /// @throws IllegalArgumentException if a route matches everything, two services have the same
    ///   route, or no route leads to any service
    public Routes(List<Rule> rules, Optional<String> fallback) {
        List<Rule> sorted = new ArrayList<>(rules);
        sorted.sort(Comparator.comparing(Rule::route, Route.SPECIFIC_FIRST));
        this.rules = List.copyOf(sorted);
        this.fallback = fallback;
        rules.forEach(rule -> services.add(rule.service()));
        fallback.ifPresent(services::add);
        if (services.isEmpty()) {
            throw new IllegalArgumentException("there is neither a route nor a default service");
        }
        rules.forEach(this::check);
    }

    /// Sends everything to one service without inspecting it.
    public static Routes all(String service) {
        return new Routes(List.of(), Optional.of(service));
    }

    private void check(Rule rule) {
        if (rule.route().equals(Route.ANY)) {
            throw new IllegalArgumentException(
                    "a route of " + rule.service() + " has no condition: make it the default");
        }
        for (Rule other : rules) {
            if (other.route().equals(rule.route()) && !other.service().equals(rule.service())) {
                throw new IllegalArgumentException(
                        "both %s and %s have the route %s"
                                .formatted(rule.service(), other.service(), rule.route()));
            }
        }
    }

    /// The services that connections can reach.
    public Set<String> services() {
        return Set.copyOf(services);
    }

    /// The default service.
    public Optional<String> fallback() {
        return fallback;
    }

    /// Whether the first bytes matter at all.
    public boolean needContent() {
        return !rules.isEmpty();
    }

    /// Whether every routed client speaks before its server: true for TLS and HTTP; unknown for
    /// SSH, and for connections to a default service.
    public boolean clientsSpeakFirst() {
        Optional<Route.Speech> ssh = Optional.of(Route.Speech.SSH);
        return needContent()
                && fallback.isEmpty()
                && rules.stream().noneMatch(rule -> rule.route().protocol().equals(ssh));
    }

    /// The service for a connection with these first bytes; empty if no service takes it.
    public Optional<String> choose(FirstBytes first) {
        for (Rule rule : rules) {
            if (rule.route().matches(first)) {
                return Optional.of(rule.service());
            }
        }
        return fallback;
    }
}
