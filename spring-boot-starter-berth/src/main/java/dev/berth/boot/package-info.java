/// Explains, when a Spring Boot application cannot bind a port, who holds it and what would help.
///
/// [dev.berth.boot.BindFailureAnalyzer] reads the failure in the application's JVM; an
/// [dev.berth.boot.ExplainerMain] inspects the port in a separate JVM. So the application needs
/// neither native access nor Java 25 for its own classes, and a failure in that JVM cannot affect
/// it.
@NullMarked
package dev.berth.boot;

import org.jspecify.annotations.NullMarked;
