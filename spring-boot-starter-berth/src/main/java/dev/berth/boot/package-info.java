/// Tells, when a Spring Boot application cannot bind a port, who holds it and what would help.
///
/// [dev.berth.boot.BindFailureAnalyzer] reads the failure in the application's JVM; an
/// [dev.berth.boot.ExplainerMain] looks at the port in a JVM of its own. So the application needs
/// no native access and no Java 25 for its classes, and nothing that goes wrong there can touch it.
@NullMarked
package dev.berth.boot;

import org.jspecify.annotations.NullMarked;
